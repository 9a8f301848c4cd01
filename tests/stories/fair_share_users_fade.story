# What a project used counts against it, and fades. A used the machine for an hour; right after, b goes first. Ten
# half-lives later that is forgotten, and whoever came first goes first again.
members: lab
account: a of lab
account: b of lab
pool: ulsan 8 gpu
lane: a  member lab  pools ulsan  account a
lane: b  member lab  pools ulsan  account b
order: fair
backfill: easy
half_life: 1h

0s     a1 submitted 8 gpu for 1h lane a                                    =>
10s    a2 submitted 8 gpu for 1m lane a; b1 submitted 8 gpu for 1m lane b  =>
3600s  a1 ended                                                            =>
3660s  b1 ended                                                            =>
3720s  a2 ended                                                            =>
50000s x submitted 8 gpu for 1m lane a                                     =>
50001s a3 submitted 8 gpu for 1m lane a; b2 submitted 8 gpu for 1m lane b  =>
50060s x ended                                                             =>
