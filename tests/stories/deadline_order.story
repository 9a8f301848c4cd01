# Within this lane whoever must start earliest goes first.
pool: ulsan 8 gpu
lane: a  pools ulsan  within deadline
order: priority
backfill: easy

0s   j1 submitted 8 gpu for 60s                    =>  start j1 at ulsan
1s   late submitted 8 gpu for 60s deadline 900s    =>  late waits: no_room
2s   none submitted 8 gpu for 60s                  =>  late waits: no_room
3s   soon submitted 8 gpu for 60s deadline 300s    =>  soon waits: no_room
60s  j1 ended                                      =>  start soon at ulsan, late waits: no_room
120s soon ended                                    =>  start late at ulsan, none waits: no_room
180s late ended                                    =>  start none at ulsan
