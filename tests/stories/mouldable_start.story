# A gang that may be of any size from 2 to 8 starts as large as there is room: by halves.
pool: ulsan 8 gpu
lane: fixed     pools ulsan
lane: mouldable pools ulsan  least 2  most 8
order: priority
backfill: easy

0s   f1 submitted 3 gpu for 60s lane fixed      =>  start f1 at ulsan
1s   m1 submitted 4 gpu for 60s lane mouldable  =>  start m1 at ulsan
2s   m2 submitted 4 gpu for 60s lane mouldable  =>  m2 waits: no_room
60s  f1 ended                                   =>  start m2 at ulsan
