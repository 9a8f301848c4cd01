# Six of eight are reserved from 100s on. Who would still be running then waits; who is over by then starts. From
# 100s on the room is for the member that reserved it, whoever came first; when it is over the rest goes on.
members: sk naver
pool: ulsan 8 gpu  owner sk
lane: sk     member sk     pools ulsan
lane: naver  member naver  pools ulsan
order: fair
backfill: easy

0s   ulsan reserved 6 gpu 100s 200s naver      =>
1s   long submitted 4 gpu for 150s lane sk     =>
2s   two submitted 2 gpu for 400s lane naver   =>
50s  n1 submitted 6 gpu for 100s lane naver    =>
100s woken                                     =>
200s n1 ended                                  =>
