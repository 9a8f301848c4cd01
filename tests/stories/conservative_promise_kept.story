# A promise falls due in the second in which room is freed by a limit, before any end is told.
pool: ulsan 8 gpu
backfill: conservative

0s   j1 submitted 8 gpu for 10s     =>  start j1 at ulsan
0s   j2 submitted 8 gpu for 10s     =>  promise j2 at ulsan from 10s, wake 10s
10s  j1 limit; woken                =>  start j2 at ulsan
10s  j1 ended                       =>  nothing
20s  j2 limit                       =>  nothing
20s  j2 ended                       =>  nothing
