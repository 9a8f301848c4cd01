// The bytes of scenarios/laptop/laptop.yaml.
        .section .rodata.dure_laptop, "a"
        .globl  dure_laptop_begin, dure_laptop_end
dure_laptop_begin:
        .incbin "laptop.yaml"
dure_laptop_end:
        .section .note.GNU-stack, "", %progbits
