# What a project used counts against it, and fades. A used the machine for an hour; right after, b goes first. Fifty
# half-lives later that is forgotten, and whoever came first goes first again.
members: lab
account: a of lab
account: b of lab
account: c of lab
pool: ulsan 8 gpu
lane: a  member lab  pools ulsan  account a
lane: b  member lab  pools ulsan  account b
lane: c  member lab  pools ulsan  account c
order: fair
backfill: easy
half_life: 1h

0s     a1 submitted 8 gpu for 1h lane a                                    =>  start a1 at ulsan
10s    a2 submitted 8 gpu for 1m lane a; b1 submitted 8 gpu for 1m lane b  =>  b1 waits: no_room, a2 waits: no_room
3600s  a1 ended                                                            =>  start b1 at ulsan, a2 waits: no_room
3660s  b1 ended                                                            =>  start a2 at ulsan
3720s  a2 ended                                                            =>  nothing
200000s x submitted 8 gpu for 1m lane c                                     =>  start x at ulsan
200001s a3 submitted 8 gpu for 1m lane a; b2 submitted 8 gpu for 1m lane b  =>  a3 waits: no_room, b2 waits: no_room
200060s x ended                                                             =>  start a3 at ulsan, b2 waits: no_room
