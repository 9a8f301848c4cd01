# A job that waits for another is held, and joins the queue when that has ended; if it never will, it is refused,
# and whoever waits for it with it. A job that fails has ended, but not for those that wait for it.
pool: ulsan 8 gpu
lane: a  pools ulsan
order: priority
backfill: easy

0s   j1 submitted 8 gpu for 60s                                            =>  start j1 at ulsan
1s   j2 submitted 8 gpu for 60s after j1                                   =>  nothing
2s   j3 submitted 8 gpu for 60s                                            =>  j3 waits: no_room
3s   j4 submitted 1 gpu for 5s after j3; j5 submitted 1 gpu for 5s after j4  =>  j3 waits: no_room
60s  j1 ended                                                              =>  start j2 at ulsan, j3 waits: no_room
61s  j3 cancelled                                                          =>  refuse j4: dependency_failed, refuse j5: dependency_failed
120s j2 ended; j6 submitted 8 gpu for 60s; j7 submitted 1 gpu for 5s after j6 =>  start j6 at ulsan
130s j6 failed                                                             =>  refuse j7: dependency_failed
131s j8 submitted 1 gpu for 5s after j6                                    =>  refuse j8: dependency_failed
