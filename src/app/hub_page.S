/* The files of the built hub page, one behind the other: name, NUL, 8 bytes of length, bytes; an empty name ends
   them. cmake/Page.cmake lists them; none: no page was built. By #include, so that ccache sees the .incbin. */
        .section .rodata.dure_hub_page, "a"
        .globl  dure_hub_page_begin
dure_hub_page_begin:
#include "hub_page.inc"
        .byte 0
        .section .note.GNU-stack, "", %progbits
