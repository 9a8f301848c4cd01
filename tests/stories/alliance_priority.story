# Higher priority goes first; equals go by when the head of their lane was submitted. Within a lane nobody
# overtakes, whatever its size.
pool: ulsan 8 gpu
lane: low    pools ulsan  priority 1
lane: high   pools ulsan  priority 9
lane: high2  pools ulsan  priority 9
order: priority

0s   a submitted 8 gpu for 60s lane low     =>  start a at ulsan
1s   b submitted 4 gpu for 60s lane low     =>  b waits: no_room
2s   c submitted 4 gpu for 60s lane high2   =>  c waits: no_room, b waits: no_room
3s   d submitted 6 gpu for 60s lane high    =>  c waits: no_room, d waits: no_room, b waits: no_room
4s   e submitted 1 gpu for 60s lane high2   =>  c waits: no_room, d waits: no_room, b waits: no_room
60s  a ended                                =>  start c at ulsan, d waits: no_room, e waits: behind_earlier_job, b waits: behind_earlier_job
120s c ended                                =>  start d at ulsan, start e at ulsan, b waits: no_room
