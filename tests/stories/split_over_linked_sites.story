# Work that may be split asks for 800 Gbit/s and at most 5 s between its sites: Jeju is joined to Ulsan by less, so the gang is
# split over Ulsan and Busan, though Jeju comes before Busan in its list. When Busan is full, it waits.
pool: ulsan 8 gpu  site ulsan
pool: jeju 8 gpu   site jeju
pool: busan 8 gpu  site busan
link: ulsan jeju 100 3s
link: ulsan busan 1600 1s
lane: wide   pools ulsan jeju busan  sites 2  gbit 800  rtt 5s
lane: small  pools busan
order: priority
backfill: easy

0s   w1 submitted 12 gpu for 60s lane wide   =>  start w1 at ulsan with 6 and 6 at busan
60s  w1 ended                                =>  nothing
61s  s1 submitted 4 gpu for 30s lane small   =>  start s1 at busan
62s  w2 submitted 12 gpu for 60s lane wide   =>  w2 waits: no_room
91s  s1 ended                                =>  start w2 at ulsan with 6 and 6 at busan
