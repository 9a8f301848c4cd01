# Six of eight are reserved from 0s to 200s. When the reservation is dropped what it kept is anybody's; who used it
# runs on, on ordinary room.
members: sk naver
pool: ulsan 8 gpu  owner sk
lane: sk     member sk     pools ulsan
lane: naver  member naver  pools ulsan
order: fair
backfill: easy

0s   ulsan reserved 6 gpu 0s 200s naver        =>  wake 200s
1s   n1 submitted 3 gpu for 300s lane naver    =>  start n1 at ulsan under its reservation, wake 200s
2s   long submitted 5 gpu for 150s lane sk     =>  long waits: reserved_for_others, wake 200s
3s   last submitted 3 gpu for 50s lane sk      =>  long waits: reserved_for_others, wake 200s
50s  ulsan unreserved 0                        =>  start long at ulsan, last waits: no_room
200s long ended                                =>  start last at ulsan
