# Two members wait for one machine that a third lends: whoever uses less of its share goes first, whoever came first.
members: owner big small
pool: ulsan 8 gpu  owner owner
lane: big    member big    pools ulsan
lane: small  member small  pools ulsan
order: fair
backfill: easy

0s   b1 submitted 8 gpu for 60s lane big      =>  start b1 at ulsan
1s   b2 submitted 8 gpu for 60s lane big      =>  b2 waits: no_room
2s   s1 submitted 8 gpu for 60s lane small    =>  s1 waits: no_room, b2 waits: no_room
60s  b1 ended                                 =>  start s1 at ulsan, b2 waits: no_room
120s s1 ended                                 =>  start b2 at ulsan
