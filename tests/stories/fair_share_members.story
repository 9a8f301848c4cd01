# Two members wait for one machine that a third lends: whoever uses less of its share goes first, whoever came first.
members: owner big small
pool: ulsan 8 gpu  owner owner
lane: big    member big    pools ulsan
lane: small  member small  pools ulsan
order: fair
backfill: easy

0s   b1 submitted 8 gpu for 60s lane big      =>
1s   b2 submitted 8 gpu for 60s lane big      =>
2s   s1 submitted 8 gpu for 60s lane small    =>
60s  b1 ended                                 =>
120s s1 ended                                 =>
