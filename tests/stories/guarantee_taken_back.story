# Sk lends all of its machine and has it back within a minute. N1 lost least since its last checkpoint: it is
# stopped, n2 is left alone. Until its room is free nobody else gets it.
members: sk naver
pool: ulsan 8 gpu  owner sk  reclaim 60s
lane: sk     member sk     pools ulsan
lane: naver  member naver  pools ulsan  preemptible yes  checkpoint 10s  restart 1s
order: fair
backfill: easy
preempt: yes
grace: 30s

0s   n1 submitted 4 gpu for 900s lane naver   =>  start n1 at ulsan
5s   n2 submitted 4 gpu for 900s lane naver   =>  start n2 at ulsan
12s  s1 submitted 4 gpu for 100s lane sk      =>  stop n1 for s1 by 42s, s1 waits: reclaiming
20s  n3 submitted 1 gpu for 100s lane naver   =>  s1 waits: reclaiming, n3 waits: no_room
42s  n1 stopped 889s                          =>  start s1 at ulsan, n1 waits: no_room
142s s1 ended                                 =>  start n1 at ulsan, n3 waits: no_room
