# The member's own small jobs would fit what it may count on for ever; the big one that came first has its hold
# at home all the same, and they wait behind it.
members: lab other
pool: ulsan 8 gpu  owner lab
lane: big    member lab  pools ulsan
lane: small  member lab  pools ulsan
lane: other  member other  pools ulsan
order: fair
backfill: easy

0s   s1 submitted 4 gpu for 60s lane small   =>  start s1 at ulsan
1s   b1 submitted 8 gpu for 60s lane big     =>  b1 waits: no_room
2s   s2 submitted 4 gpu for 100s lane small  =>  b1 waits: no_room, s2 waits: behind_earlier_job
3s   o1 submitted 4 gpu for 30s lane other   =>  b1 waits: no_room, start o1 at ulsan, s2 waits: behind_earlier_job
4s   o2 submitted 4 gpu for 100s lane other  =>  b1 waits: no_room, s2 waits: no_room, o2 waits: no_room
33s  o1 ended                                =>  b1 waits: no_room, s2 waits: behind_earlier_job, o2 waits: behind_earlier_job
60s  s1 ended                                =>  start b1 at ulsan, s2 waits: no_room, o2 waits: no_room
