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

0s   o1 submitted 2 gpu for 900s lane other   =>
0s   s1 submitted 6 gpu for 900s lane scav    =>
5s   p1 submitted 6 gpu for 100s lane prod    =>
20s  woken                                    =>
25s  s1 stopped 895s                          =>
125s p1 ended                                 =>
