"""Renderers: plain values in, bytes out. No request, no database, no word of the domain.

A domain's own `exports.py` builds one of three plain values and hands it to a renderer:

    values.py     words, tones, links, badges, checks: the small values the others share
    sheet.py      Workbook(Sheet(Column…, rows…))      xlsx.render(book), csv.render(sheet)
    document.py   Document(blocks=(Cover…, Grid…, …))  pdf.render(document)
    charts.py     Chart(kind, labels, series, target…) goes into a Sheet or a Figure as it is;
                  chart_json.option(chart) is the same chart for ECharts on a page
                  Tree and Fishbone are drawn by pdf_tree on paper and by svg_tree on a page, from one layout
    names.py      download_name("Audit 3 报告", "pdf") and the Content-Disposition header for it

Behind them: pdf_fonts (the embedded font), pdf_text (escaping, line breaking), pdf_styles (the design),
pdf_flow and pdf_grid (blocks to flowables), pdf_page (header, footer, contents), chart_pdf and chart_xlsx.
The same value always gives the same bytes: `created` is the only clock.

    from audit_app.exports import pdf, xlsx
    from audit_app.exports.charts import Chart, Series
    from audit_app.exports.document import Cover, Contents, Document, Figure, Grid, GridColumn, Heading
    from audit_app.exports.sheet import Column, Sheet, Workbook
    from audit_app.exports.values import Badge, Tone

    late = Chart("line", _("Late orders"), months, (Series(_("Late"), (3, None, 1)),), target=2)
    blocks = (Cover(_("Orders"), facts=((_("Period"), "2026"),)), Contents(),
              Heading(_("1 Late")), Figure(late),
              Grid((GridColumn(_("Order"), 3), GridColumn(_("State"))),
                   tuple((order.name, Badge(order.word, "bad")) for order in orders)))
    paper = Document(_("Orders"), blocks, language="zh_Hans_CN", code="R-7", created=at, hash8=digest[:8])
    columns = (Column(_("Order")), Column(_("Due"), "date"), Column(_("State")))
    rows = [(order.name, order.due, Tone(order.word, "warn")) for order in orders]
    book = Workbook((Sheet(_("Orders"), columns, rows, charts=(late,)),), created=at)
    pdf_bytes, xlsx_bytes = pdf.render(paper), xlsx.render(book)
"""
