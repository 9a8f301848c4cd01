# A project holds no more than its limit, whatever is free; the next project goes on.
members: lab
account: a of lab  limit 4
account: b of lab
pool: ulsan 16 gpu
lane: a  member lab  pools ulsan  account a
lane: b  member lab  pools ulsan  account b
order: fair
backfill: easy

0s   a1 submitted 3 gpu for 60s lane a  =>  start a1 at ulsan
1s   a2 submitted 2 gpu for 60s lane a  =>  a2 waits: quota_limit
2s   b1 submitted 9 gpu for 60s lane b  =>  start b1 at ulsan, a2 waits: quota_limit
60s  a1 ended                           =>  start a2 at ulsan
