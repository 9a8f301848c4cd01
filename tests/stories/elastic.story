# An elastic gang grows into what nobody waits for, and shrinks for whom the room belongs to: nothing is lost.
members: sk naver
pool: ulsan 8 gpu  owner sk  reclaim 60s
lane: sk     member sk     pools ulsan
lane: naver  member naver  pools ulsan  least 2  most 8  elastic yes  preemptible yes
order: fair
backfill: easy
preempt: yes
grace: 30s

0s   s1 submitted 4 gpu for 10s lane sk         =>
1s   n1 submitted 4 gpu for 900s lane naver     =>
10s  s1 ended                                   =>
20s  s2 submitted 6 gpu for 100s lane sk        =>
20001ms woken                                   =>
121s s2 ended                                   =>
122s woken                                      =>
