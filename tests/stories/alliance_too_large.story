# Larger than every pool that may take it: it waits, with a reason of its own, for pools may grow. It holds
# nobody up meanwhile.
pool: ulsan 8 gpu
pool: busan 16 gpu
lane: big    pools ulsan
lane: small  pools ulsan busan
order: priority
backfill: easy

0s   j1 submitted 12 gpu for 60s lane big   =>  j1 waits: too_large
1s   j2 submitted 8 gpu for 99s lane small  =>  j1 waits: too_large, start j2 at ulsan
2s   ulsan added 8 gpu                      =>  j1 waits: no_room
100s j2 ended                               =>  start j1 at ulsan
