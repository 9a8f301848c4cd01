# Jobs share GPUs by thousandths, with the cores and memory of the node beside. A share goes where it leaves least that
# nobody could use: once whole GPUs are asked for, shares keep together on a GPU that is shared already. Cores run out
# before GPUs do, and that is what is told. Who asks for two whole GPUs takes them on one node.
pool: edge 8000 gpu  node 4000  rack 1  domain 1  device shared  cores 8  memory 64
lane: notebook  pools edge  device shared  size 250   cores 1  memory 4
lane: tune      pools edge  device shared  size 2000  cores 2  memory 8
lane: convert   pools edge  device shared  size 500   cores 4  memory 8
order: priority
backfill: easy

0s   t1 submitted 2000 gpu for 60s lane tune       =>  start t1 at edge r0[0-1]/1000
1s   n1 submitted 250 gpu for 60s lane notebook    =>  start n1 at edge r1[0]/250
2s   n2 submitted 250 gpu for 60s lane notebook    =>  start n2 at edge r1[0]/250
3s   n3 submitted 250 gpu for 60s lane notebook    =>  start n3 at edge r1[0]/250
4s   n4 submitted 250 gpu for 60s lane notebook    =>  start n4 at edge r1[0]/250
5s   n5 submitted 250 gpu for 60s lane notebook    =>  start n5 at edge r1[1]/250
6s   c1 submitted 500 gpu for 20s lane convert     =>  start c1 at edge r0[2]/500
7s   c2 submitted 500 gpu for 20s lane convert     =>  c2 waits: no_cpu_or_memory
26s  n1 ended                                      =>  start c2 at edge r1[1]/500
