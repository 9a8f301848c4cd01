# All of the machine goes for maintenance from 100s to 200s. The job that would not be over in time waits for the
# end of it, and what is over before is not held up behind it.
pool: ulsan 8 gpu
lane: a  pools ulsan
lane: b  pools ulsan
order: priority
backfill: easy

0s   ulsan planned -8 gpu 100s 200s           =>  nothing
1s   long submitted 8 gpu for 150s lane a     =>  long waits: reserved_for_others
2s   short submitted 8 gpu for 50s lane b     =>  long waits: reserved_for_others, start short at ulsan
52s  short ended                              =>  long waits: reserved_for_others
100s ulsan retired 8 gpu plan 0               =>  long waits: too_large
200s ulsan added 8 gpu plan 0                 =>  start long at ulsan
