# Conservative: whoever cannot start gets a promise. j3 may use the hole before it only if it fits; when j1
# ends early everybody moves to the earliest hole, in order of submission.
pool: ulsan 8 gpu
backfill: conservative

0s   j1 submitted 8 gpu for 60s     =>  start j1 at ulsan
1s   j2 submitted 6 gpu for 30s     =>  promise j2 at ulsan from 60s, wake 60s
2s   j3 submitted 8 gpu for 30s     =>  promise j3 at ulsan from 90s, wake 60s
3s   j4 submitted 2 gpu for 30s     =>  promise j4 at ulsan from 60s, wake 60s
4s   j5 submitted 2 gpu for 31s     =>  promise j5 at ulsan from 120s, wake 60s
20s  j1 ended                       =>  start j2 at ulsan, start j4 at ulsan, promise j5 at ulsan from 50s, wake 50s
50s  j2 limit; j4 limit; woken      =>  start j5 at ulsan, wake 90s
