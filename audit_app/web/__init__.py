"""Flask glue without domain words: access marks, the transaction hook, headers, forms, paging, formats."""
