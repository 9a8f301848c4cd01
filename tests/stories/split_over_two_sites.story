# Too large for any one site, it is split over two in equal parts; another waits until both have room,
# and no small job may put it off.
pool: ulsan 8 gpu  site ulsan
pool: busan 8 gpu  site busan
lane: wide   pools ulsan busan  sites 2
lane: small  pools ulsan
order: priority
backfill: easy

0s   w1 submitted 12 gpu for 60s lane wide  =>  start w1 at ulsan with 6 and 6 at busan
1s   s1 submitted 1 gpu for 90s lane small  =>  start s1 at ulsan
2s   w2 submitted 16 gpu for 60s lane wide  =>  w2 waits: no_room
3s   s2 submitted 1 gpu for 900s lane small  =>  w2 waits: no_room, s2 waits: behind_earlier_job
60s  w1 ended                               =>  w2 waits: no_room, s2 waits: behind_earlier_job
91s  s1 ended                               =>  start w2 at ulsan with 8 and 8 at busan, s2 waits: no_room
