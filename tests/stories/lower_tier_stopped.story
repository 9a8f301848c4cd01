# A member's production stops its own scavengers, once these have run as long as they are left alone, and never a
# neighbour's.
members: lab other
pool: ulsan 8 gpu  owner lab
lane: prod   member lab    pools ulsan  tier production
lane: scav   member lab    pools ulsan  tier scavenger  preemptible yes  min_run 20s
lane: other  member other  pools ulsan  tier scavenger  preemptible yes
order: fair
backfill: easy
preempt: yes
grace: 10s

0s   o1 submitted 2 gpu for 900s lane other   =>  start o1 at ulsan
0s   s1 submitted 6 gpu for 900s lane scav    =>  start s1 at ulsan
5s   p1 submitted 6 gpu for 100s lane prod    =>  p1 waits: no_room, wake 20s
20s  woken                                    =>  stop s1 for p1 by 30s, p1 waits: reclaiming
25s  s1 stopped 895s                          =>  start p1 at ulsan, s1 waits: no_room
125s p1 ended                                 =>  start s1 at ulsan
