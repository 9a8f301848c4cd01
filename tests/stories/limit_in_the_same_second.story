# A job whose estimate is over this second is free for a submission of this second, though its end is told
# only after it; a job that ends early is not.
pool: ulsan 8 gpu
backfill: easy

0s   j1 submitted 8 gpu for 10s                =>  start j1 at ulsan
10s  j1 limit; j2 submitted 8 gpu for 99s      =>  start j2 at ulsan
10s  j1 ended                                  =>  nothing
30s  j3 submitted 8 gpu for 10s                =>  nothing
30s  j2 ended                                  =>  start j3 at ulsan
