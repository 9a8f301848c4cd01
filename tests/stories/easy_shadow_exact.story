# A job that ends in the very second of the shadow time does not delay the head; one second more would.
pool: ulsan 4 gpu
backfill: easy

0s   j1 submitted 3 gpu for 10s     =>  start j1 at ulsan
0s   j2 submitted 4 gpu for 10s     =>  nothing
2s   j3 submitted 1 gpu for 9s      =>  nothing
2s   j4 submitted 1 gpu for 8s      =>  start j4 at ulsan
10s  j1 limit; j4 limit             =>  start j2 at ulsan
