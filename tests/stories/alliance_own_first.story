# Pools are tried in the order of the lane: one's own, then what others lend.
members: sk naver
pool: ulsan 4 gpu   owner sk
pool: sejong 4 gpu  owner naver
lane: naver  member naver  pools sejong ulsan
lane: sk     member sk     pools ulsan sejong
order: priority
backfill: easy

0s   n1 submitted 4 gpu for 60s lane naver  =>  start n1 at sejong
1s   n2 submitted 4 gpu for 60s lane naver  =>  start n2 at ulsan
2s   s1 submitted 4 gpu for 60s lane sk     =>  s1 waits: no_room
60s  n1 ended                               =>  start s1 at sejong
