# All of the machine goes for maintenance from 100s to 200s. The job that would not be over in time waits for the
# end of it, and what is over before is not held up behind it.
pool: ulsan 8 gpu
lane: a  pools ulsan
lane: b  pools ulsan
order: priority
backfill: easy

0s   ulsan planned -8 gpu 100s 200s           =>
1s   long submitted 8 gpu for 150s lane a     =>
2s   short submitted 8 gpu for 50s lane b     =>
52s  short ended                              =>
100s ulsan retired 8 gpu plan 0               =>
200s ulsan added 8 gpu plan 0                 =>
