# First come, first served: nobody overtakes, even where there is room.
pool: ulsan 8 gpu

0s   j1 submitted 6 gpu for 60s     =>  start j1 at ulsan
1s   j2 submitted 4 gpu for 5s      =>  nothing
2s   j3 submitted 2 gpu for 5s      =>  nothing
60s  j1 ended                       =>  start j2 at ulsan, start j3 at ulsan
