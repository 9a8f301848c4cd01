# Six of eight are reserved from 100s on. Who would still be running then waits; who is over by then starts. From
# 100s on the room is for the member that reserved it, whoever came first; when it is over the rest goes on.
members: sk naver
pool: ulsan 8 gpu  owner sk
lane: sk     member sk     pools ulsan
lane: naver  member naver  pools ulsan
order: fair
backfill: easy

0s   ulsan reserved 6 gpu 100s 200s naver      =>  wake 100s
1s   long submitted 4 gpu for 150s lane sk     =>  long waits: reserved_for_others, wake 100s
2s   two submitted 2 gpu for 400s lane naver   =>  long waits: reserved_for_others, start two at ulsan, wake 100s
50s  n1 submitted 6 gpu for 100s lane naver    =>  long waits: reserved_for_others, n1 waits: reserved_for_others, wake 100s
100s woken                                     =>  long waits: reserved_for_others, start n1 at ulsan under its reservation, wake 200s
200s n1 ended                                  =>  start long at ulsan
