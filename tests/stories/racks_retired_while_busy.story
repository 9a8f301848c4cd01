# Racks that are to leave: free nodes go at once, busy ones when they fall free, and nobody gets them again.
pool: ulsan 16 gpu  node 4  rack 2  domain 2
lane: any  pools ulsan
backfill: easy

0s   j1 submitted 8 gpu for 60s    =>  start j1 at ulsan r0[0-1]
1s   ulsan retired 16 gpu          =>  nothing
2s   j2 submitted 4 gpu for 60s    =>  j2 waits: no_room
60s  j1 ended                      =>  j2 waits: too_large
61s  ulsan added 8 gpu             =>  start j2 at ulsan r2[0]
