# EASY: a later job may overtake if it is over by the shadow time of the head, or needs no more than what
# the head leaves over then; j3 does the first, j5 the second, j4 neither.
pool: ulsan 10 gpu
backfill: easy

0s   j1 submitted 6 gpu for 60s     =>  start j1 at ulsan
1s   j2 submitted 8 gpu for 60s     =>  nothing
2s   j3 submitted 1 gpu for 58s     =>  start j3 at ulsan
3s   j4 submitted 3 gpu for 58s     =>  nothing
4s   j5 submitted 2 gpu for 999s    =>  start j5 at ulsan
60s  j1 limit; j3 limit             =>  start j2 at ulsan
60s  j1 ended                       =>  nothing
