# Within this lane whoever must start earliest goes first.
pool: ulsan 8 gpu
lane: a  pools ulsan  within deadline
order: priority
backfill: easy

0s   j1 submitted 8 gpu for 60s                    =>
1s   late submitted 8 gpu for 60s deadline 900s    =>
2s   none submitted 8 gpu for 60s                  =>
3s   soon submitted 8 gpu for 60s deadline 300s    =>
60s  j1 ended                                      =>
120s soon ended                                    =>
180s late ended                                    =>
