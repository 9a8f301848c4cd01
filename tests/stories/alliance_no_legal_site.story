# A lane without pools: the law left none. Its jobs are refused at once, and nobody waits behind them.
pool: ulsan 8 gpu
lane: secret
lane: open  pools ulsan
order: priority
backfill: easy

0s   j1 submitted 1 gpu for 60s lane secret; j2 submitted 8 gpu for 60s lane open   =>  refuse j1: no_legal_site, start j2 at ulsan
