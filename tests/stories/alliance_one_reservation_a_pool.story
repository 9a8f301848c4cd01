# One reservation a pool, and it goes to who is first in order. j2 holds ulsan from 60s on, so j3 gets its own
# in busan from 90s on. Whoever comes later may use either only until then: j5 is over in time, j4 and j6 are not.
pool: ulsan 8 gpu
pool: busan 8 gpu
lane: a  pools ulsan
lane: b  pools ulsan busan
lane: c  pools busan
lane: d  pools ulsan busan
backfill: easy

0s   j0 submitted 6 gpu for 60s lane a      =>
0s   j1 submitted 6 gpu for 90s lane c      =>
1s   j2 submitted 8 gpu for 60s lane a      =>
2s   j3 submitted 8 gpu for 60s lane b      =>
3s   j4 submitted 2 gpu for 200s lane c     =>
4s   j5 submitted 1 gpu for 30s lane d      =>
5s   j6 submitted 1 gpu for 500s lane d     =>
34s  j5 ended                               =>
60s  j0 ended                               =>
90s  j1 ended                               =>
