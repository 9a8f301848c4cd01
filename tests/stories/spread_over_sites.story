# At most half of what the lane runs and wants may be at one site, so that half is left when a site fails. The first at a
# site may always be there; when the other site is full, the rest waits though the first has room.
pool: ulsan 8 gpu  site ulsan
pool: busan 2 gpu  site busan
lane: chat  pools ulsan busan  at_one_site 50
order: priority
backfill: easy

0s   c1 submitted 1 gpu for 60s; c2 submitted 1 gpu for 60s; c3 submitted 1 gpu for 60s; c4 submitted 1 gpu for 60s  =>  start c1 at ulsan, start c2 at ulsan, start c3 at busan, start c4 at busan
1s   c5 submitted 1 gpu for 60s; c6 submitted 1 gpu for 60s  =>  start c5 at ulsan, c6 waits: spread_limit
