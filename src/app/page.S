// The bytes of the built report page (cmake/Page.cmake finds it). No bytes: no page was built.
        .section .rodata.dure_page, "a"
        .globl  dure_page_begin, dure_page_end
dure_page_begin:
        .incbin "index.html"
dure_page_end:
        .section .note.GNU-stack, "", %progbits
