# Too large for any one site, it is split over two in equal parts; another waits until both have room.
pool: ulsan 8 gpu  site ulsan
pool: busan 8 gpu  site busan
lane: wide   pools ulsan busan  sites 2
lane: small  pools ulsan
order: priority
backfill: easy

0s   w1 submitted 12 gpu for 60s lane wide  =>
1s   s1 submitted 1 gpu for 90s lane small  =>
2s   w2 submitted 16 gpu for 60s lane wide  =>
60s  w1 ended                               =>
91s  s1 ended                               =>
