# Two racks hang on one group of leaf switches, and the links between the groups are four times oversubscribed. A gang of
# two racks sits on one group if it can: then it runs its 100 s. Over two groups its exchange, a fifth of its time, takes
# four times as long: 160 s, so that a job of 130 s after it still fits before it ends, and backfills.
pool: hall 16 gpu  node 2  rack 2  domain 2  leaf 2  over 4
lane: train  pools hall  fabric 20  spread whole_racks_first
lane: small  pools hall
order: priority
backfill: easy

0s    s1 submitted 4 gpu for 500s lane small    =>  start s1 at hall r0[0-1]
1s    t1 submitted 8 gpu for 100s lane train    =>  start t1 at hall r2[0-1] r3[0-1]
2s    s2 submitted 2 gpu for 500s lane small    =>  start s2 at hall r1[0]
101s  t1 ended                                  =>  nothing
102s  s3 submitted 4 gpu for 500s lane small    =>  start s3 at hall r2[0-1]
103s  t2 submitted 6 gpu for 100s lane train    =>  start t2 at hall r3[0-1] r1[1]
104s  t3 submitted 14 gpu for 10s lane train    =>  t3 waits: no_room
