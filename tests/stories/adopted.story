# Somebody starts a job at the site itself. Its room is taken like any other's: who waits waits for it, it counts
# against what its member holds, and it is stopped only if its lane lets it be.
members: sk naver
pool: ulsan 8 gpu
lane: home  member sk  pools ulsan
lane: guest  member naver  pools ulsan
order: fair
preempt: yes
grace: 1s
backfill: easy

0s   a1 adopted 6 gpu at ulsan for 60s lane guest                          =>  nothing
1s   j1 submitted 4 gpu for 10s lane home                                  =>  j1 waits: no_room
2s   j2 submitted 2 gpu for 10s lane home                                  =>  j1 waits: no_room
30s  a1 ended                                                              =>  start j1 at ulsan, start j2 at ulsan
