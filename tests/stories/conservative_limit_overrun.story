# A job runs past its limit, so the promise that counted on it cannot be kept: j2 waits with a reason, and
# starts when the room is really there. Nothing breaks, and nobody is started without room.
pool: ulsan 8 gpu
backfill: conservative

0s   j1 submitted 8 gpu for 10s      =>  start j1 at ulsan
1s   j2 submitted 8 gpu for 10s      =>  promise j2 at ulsan from 10s, wake 10s
10s  woken                           =>  j2 waits: no_room
12s  j3 submitted 1 gpu for 5s       =>  j2 waits: no_room, promise j3 at ulsan from 20s, wake 20s
15s  j1 ended                        =>  start j2 at ulsan, wake 20s
20s  woken                           =>  j3 waits: no_room
25s  j2 ended                        =>  start j3 at ulsan
