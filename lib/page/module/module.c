/* The table of the module page. */
#include "lib/page/module/html.h"
#include "lib/page/page_module.h"

extern const struct page_module trae_module;

const struct page_module trae_module = {.html = html_read, .markdown = markdown_read};
