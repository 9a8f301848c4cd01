# What cannot be stopped is lent room only if it is over within the bound.
members: sk naver
pool: ulsan 8 gpu  owner sk  reclaim 60s
lane: naver  member naver  pools ulsan
order: fair
backfill: easy
preempt: yes
grace: 30s

0s   long submitted 4 gpu for 61s lane naver   =>  long waits: not_reclaimable
1s   long cancelled                            =>  nothing
2s   short submitted 4 gpu for 60s lane naver  =>  start short at ulsan
