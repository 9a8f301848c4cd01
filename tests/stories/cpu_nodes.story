# CPU nodes are counted in cores. A job that is no larger than a node sits on one, a larger one takes whole nodes;
# memory runs out before cores do.
pool: cray 256 gpu  node 64  rack 4  domain 1  device cpu  cores 64  memory 256
lane: prepare  pools cray  device cpu  size 16   memory 100
lane: solver   pools cray  device cpu  size 128  memory 200
order: priority
backfill: easy

0s   p1 submitted 16 gpu for 60s lane prepare    =>  start p1 at cray r0[0]/16
1s   p2 submitted 16 gpu for 60s lane prepare    =>  start p2 at cray r0[0]/16
2s   p3 submitted 16 gpu for 60s lane prepare    =>  start p3 at cray r1[0]/16
3s   s1 submitted 128 gpu for 60s lane solver    =>  start s1 at cray r2[0] r3[0]
4s   s2 submitted 128 gpu for 60s lane solver    =>  s2 waits: no_room
60s  p1 ended; p2 ended                          =>  s2 waits: no_room
