# Sk could take its room back, but there is room to borrow next door: nobody is stopped.
members: sk naver
pool: ulsan 8 gpu  owner sk     reclaim 60s
pool: busan 8 gpu  owner naver
lane: sk     member sk     pools ulsan busan
lane: naver  member naver  pools ulsan  preemptible yes
order: fair
backfill: easy
preempt: yes
grace: 30s

0s   n1 submitted 8 gpu for 900s lane naver   =>  start n1 at ulsan
12s  s1 submitted 4 gpu for 100s lane sk      =>  start s1 at busan
13s  s2 submitted 8 gpu for 100s lane sk      =>  stop n1 for s2 by 43s, s2 waits: reclaiming
