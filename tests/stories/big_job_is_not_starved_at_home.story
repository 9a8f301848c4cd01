# The member's own small jobs would fit what it may count on for ever; the big one that came first has its hold
# at home all the same, and they wait behind it.
members: lab other
pool: ulsan 8 gpu  owner lab
lane: big    member lab  pools ulsan
lane: small  member lab  pools ulsan
lane: other  member other  pools ulsan
order: fair
backfill: easy

0s   s1 submitted 4 gpu for 60s lane small   =>
1s   b1 submitted 8 gpu for 60s lane big     =>
2s   s2 submitted 4 gpu for 100s lane small  =>
3s   o1 submitted 4 gpu for 30s lane other   =>
4s   o2 submitted 4 gpu for 100s lane other  =>
60s  s1 ended                                =>
