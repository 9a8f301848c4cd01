# Without backfill who cannot start bars the pools it waits for, and no others.
pool: ulsan 8 gpu
pool: busan 8 gpu
lane: a  pools ulsan
lane: b  pools ulsan busan

0s   j1 submitted 6 gpu for 60s lane a  =>  start j1 at ulsan
1s   j2 submitted 4 gpu for 60s lane a  =>  j2 waits: no_room
2s   j3 submitted 1 gpu for 5s lane b   =>  j2 waits: no_room, start j3 at busan
