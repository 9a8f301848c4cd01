# NVL72 in small: 4 nodes of 4 GPUs are a rack and an NVLink domain. Small work breaks as few domains as it can,
# so that a whole one is left; a gang that fits in one domain gets one, or waits.
pool: ulsan 48 gpu  node 4  rack 4  domain 4
lane: small  pools ulsan
lane: gang   pools ulsan  spread one_domain
order: priority
backfill: easy

0s   s1 submitted 2 gpu for 99s lane small   =>  start s1 at ulsan r0[0]/2
1s   s2 submitted 4 gpu for 99s lane small   =>  start s2 at ulsan r0[1]
2s   s3 submitted 1 gpu for 99s lane small   =>  start s3 at ulsan r0[0]/1
3s   g1 submitted 16 gpu for 99s lane gang   =>  start g1 at ulsan r1[0-3]
4s   g2 submitted 12 gpu for 99s lane gang   =>  start g2 at ulsan r2[0-2]
5s   g3 submitted 8 gpu for 99s lane gang    =>  start g3 at ulsan r0[2-3]
6s   g4 submitted 8 gpu for 99s lane gang    =>  g4 waits: no_room
7s   s4 submitted 4 gpu for 1s lane small    =>  g4 waits: no_room, start s4 at ulsan r2[3]
50s  g2 ended                                =>  start g4 at ulsan r2[0-1]
