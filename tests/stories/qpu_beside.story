# A job that needs a QPU beside its GPUs starts with both or not at all, and takes the QPU of its own site if it can.
# The GPUs it waits for are not idle meanwhile: whoever is over by then uses them.
pool: q1 1 gpu     site busan  device qpu
pool: q2 1 gpu     site ulsan  device qpu
pool: ulsan 8 gpu  site ulsan
lane: hybrid  pools ulsan  beside q1  beside q2  units 1
lane: plain   pools ulsan
order: priority
backfill: easy

0s   h1 submitted 2 gpu for 60s lane hybrid    =>  start h1 at ulsan and 1 at q2
1s   h2 submitted 2 gpu for 80s lane hybrid    =>  start h2 at ulsan and 1 at q1
2s   h3 submitted 2 gpu for 60s lane hybrid    =>  h3 waits: no_device
3s   p1 submitted 4 gpu for 50s lane plain     =>  h3 waits: no_device, start p1 at ulsan
60s  h1 ended                                  =>  start h3 at ulsan and 1 at q2
