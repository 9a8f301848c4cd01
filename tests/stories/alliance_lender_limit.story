# An owner lends half of its pool, to all borrowers together; its own work may use all of it.
members: sk naver lg
pool: ulsan 8 gpu  owner sk  lends 50%
lane: sk     member sk     pools ulsan
lane: naver  member naver  pools ulsan
lane: lg     member lg     pools ulsan
order: priority
backfill: easy

0s   n1 submitted 3 gpu for 60s lane naver  =>  start n1 at ulsan
1s   l1 submitted 2 gpu for 60s lane lg     =>  l1 waits: lender_limit
2s   s1 submitted 5 gpu for 60s lane sk     =>  l1 waits: lender_limit, start s1 at ulsan
60s  n1 ended                               =>  start l1 at ulsan
