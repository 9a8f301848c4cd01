# One reservation a pool, and it goes to who is first in order. j2 holds ulsan from 60s on, so j3 gets its own
# in busan from 90s on. Whoever comes later may use either only until then: j5 is over in time, j4 and j6 are not.
pool: ulsan 8 gpu
pool: busan 8 gpu
lane: a  pools ulsan
lane: b  pools ulsan busan
lane: c  pools busan
lane: d  pools ulsan busan
backfill: easy

0s   j0 submitted 6 gpu for 60s lane a      =>  start j0 at ulsan
0s   j1 submitted 6 gpu for 90s lane c      =>  start j1 at busan
1s   j2 submitted 8 gpu for 60s lane a      =>  j2 waits: no_room
2s   j3 submitted 8 gpu for 60s lane b      =>  j2 waits: no_room, j3 waits: no_room
3s   j4 submitted 2 gpu for 200s lane c     =>  j2 waits: no_room, j3 waits: no_room, j4 waits: behind_earlier_job
4s   j5 submitted 1 gpu for 30s lane d      =>  j2 waits: no_room, j3 waits: no_room, j4 waits: behind_earlier_job, start j5 at ulsan
5s   j6 submitted 1 gpu for 500s lane d     =>  j2 waits: no_room, j3 waits: no_room, j4 waits: behind_earlier_job, j6 waits: behind_earlier_job
34s  j5 ended                               =>  j2 waits: no_room, j3 waits: no_room, j4 waits: behind_earlier_job, j6 waits: behind_earlier_job
60s  j0 ended                               =>  start j2 at ulsan, j3 waits: no_room, j4 waits: behind_earlier_job, j6 waits: behind_earlier_job
90s  j1 ended                               =>  start j3 at busan, j4 waits: no_room, j6 waits: no_room
