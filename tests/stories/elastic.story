# An elastic gang grows into what nobody waits for, and shrinks for whom the room belongs to: nothing is lost.
members: sk naver
pool: ulsan 8 gpu  owner sk  reclaim 60s
lane: sk     member sk     pools ulsan
lane: naver  member naver  pools ulsan  least 2  most 8  elastic yes  preemptible yes
order: fair
backfill: easy
preempt: yes
grace: 30s

0s   s1 submitted 4 gpu for 10s lane sk         =>  start s1 at ulsan
1s   n1 submitted 4 gpu for 900s lane naver     =>  start n1 at ulsan
10s  s1 ended                                   =>  resize n1 to 8
20s  s2 submitted 6 gpu for 100s lane sk        =>  resize n1 to 2, s2 waits: reclaiming, wake 20001ms
20001ms woken                                   =>  start s2 at ulsan
121s s2 ended                                   =>  resize n1 to 4
122s woken                                      =>  resize n1 to 8
