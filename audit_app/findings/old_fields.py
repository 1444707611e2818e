"""What a sheet with an old register may hold, and under which names people keep it, in both languages."""

from flask_babel import lazy_gettext as _l

from audit_app.imports import Field

GRADES = {
    "major": ("Major", "Major NC", "Major nonconformity", "严重", "严重不符合", "严重不符合项"),
    "minor": ("Minor", "Minor NC", "Minor nonconformity", "NC", "Nonconformity", "一般", "轻微", "一般不符合",
              "一般不符合项", "轻微不符合", "不符合", "不符合项"),
    "observation": ("Observation", "OBS", "观察项", "观察"),
    "ofi": ("OFI", "Opportunity for improvement", "Opportunity", "Improvement", "改进机会", "改进建议",
            "建议"),
    "good_practice": ("Good practice", "Strength", "良好实践", "亮点"),
}  # fmt: skip
STATES = {
    "closed": ("Closed", "Done", "Completed", "Complete", "Verified", "Effective", "Finished", "已关闭",
               "关闭", "已完成", "完成", "已验证", "关闭有效"),
    "open": ("Open", "In progress", "Ongoing", "New", "Issued", "Overdue", "Pending", "未关闭", "开放",
             "整改中", "进行中", "未完成", "待整改", "待验证", "逾期"),
}  # fmt: skip
ORIGINS = {
    "internal_audit": ("Internal audit", "Audit", "内审", "内部审核"),
    "external_audit": ("External audit", "Certification audit", "外审", "外部审核", "认证审核"),
    "management_review": ("Management review", "管理评审"),
    "indicator": ("KPI", "Indicator", "Missed target", "Monitoring", "指标", "指标未达标"),
    "complaint": ("Complaint", "Customer complaint", "投诉", "客户投诉", "顾客投诉"),
    "incident": ("Incident", "Problem", "事件", "问题"),
    "supplier": ("Supplier", "供应商"),
    "self_reported": ("Self-reported", "Self reported", "Staff", "自查", "自行报告"),
    "risk": ("Risk", "Risk assessment", "风险", "风险评估"),
}
FIELDS = (
    Field(
        "code",
        _l("Number"),
        required=True,
        aliases=(
            "No.",
            "NC no.",
            "NC number",
            "Ref",
            "Reference",
            "ID",
            "NC ID",
            "CAR no.",
            "编号",
            "不符合编号",
            "不符合项编号",
            "序号",
        ),
    ),
    Field(
        "nonconformity",
        _l("What is wrong"),
        required=True,
        aliases=(
            "Nonconformity",
            "Non-conformity",
            "Description",
            "Finding",
            "NC description",
            "Statement",
            "不符合事实",
            "不符合描述",
            "不符合事实描述",
            "问题描述",
            "不符合内容",
            "描述",
        ),
    ),
    Field(
        "raised_on",
        _l("Raised on"),
        required=True,
        kind="date",
        aliases=(
            "Date",
            "Date raised",
            "Raised",
            "Opened",
            "Date opened",
            "Audit date",
            "日期",
            "开具日期",
            "发现日期",
            "审核日期",
            "提出日期",
        ),
    ),
    Field(
        "state",
        _l("State"),
        kind="choice",
        choices=STATES,
        aliases=("Status", "状态", "关闭状态", "是否关闭"),
    ),
    Field(
        "closed_on",
        _l("Closed on"),
        kind="date",
        aliases=("Date closed", "Closed", "Closing date", "关闭日期", "验证日期", "完成日期"),
    ),
    Field(
        "due_on",
        _l("Due"),
        kind="date",
        aliases=("Due date", "Deadline", "Target date", "到期日", "计划完成日期", "要求完成日期", "整改期限"),
    ),
    Field(
        "grade",
        _l("Grade"),
        kind="choice",
        choices=GRADES,
        aliases=(
            "Type",
            "Category",
            "Severity",
            "Class",
            "级别",
            "等级",
            "性质",
            "严重程度",
            "不符合性质",
            "类型",
        ),
    ),
    Field("origin", _l("Origin"), kind="choice", choices=ORIGINS, aliases=("Source", "来源", "不符合来源")),
    Field("title", _l("Title"), aliases=("Subject", "Short description", "标题", "主题")),
    Field(
        "clause",
        _l("Clause"),
        aliases=(
            "Clause no.",
            "Standard clause",
            "Requirement no.",
            "条款",
            "条款号",
            "不符合条款",
            "标准条款",
        ),
    ),
    Field("requirement", _l("Requirement"), aliases=("Criteria", "要求", "准则", "审核准则")),
    Field(
        "objective_evidence", _l("Objective evidence"), aliases=("Evidence", "证据", "客观证据", "审核证据")
    ),
    Field("location", _l("Location"), aliases=("Place", "Site", "地点", "位置", "场所")),
    Field("process", _l("Process"), aliases=("Process area", "过程", "流程")),
    Field(
        "department",
        _l("Department"),
        aliases=("Dept", "Dept.", "Area", "部门", "责任部门", "受审部门", "受审核部门"),
    ),
    Field(
        "owner",
        _l("Owner"),
        aliases=("Responsible", "Responsible person", "Assigned to", "责任人", "负责人", "整改责任人"),
    ),
    Field("correction", _l("Correction"), aliases=("Immediate action", "纠正", "纠正情况", "应急措施")),
    Field(
        "cause", _l("Cause"), aliases=("Root cause", "Root cause analysis", "原因", "原因分析", "根本原因")
    ),
    Field(
        "corrective",
        _l("Corrective action"),
        aliases=("Action", "Actions", "Action plan", "纠正措施", "整改措施", "措施"),
    ),
    Field(
        "effectiveness",
        _l("Effectiveness"),
        aliases=("Verification", "Result", "有效性", "验证结果", "验证情况", "效果验证"),
    ),
)
ACTION_FIELDS = (
    Field("action_number", _l("Number of the action"),
          aliases=("Action no.", "Action number", "Action ID", "措施编号", "纠正措施编号")),
    Field("action_owner", _l("Owner of the action"),
          aliases=("Action owner", "Action by", "Action responsible", "措施责任人", "纠正措施责任人",
                   "措施负责人")),
    Field("action_due_on", _l("Action due"), kind="date",
          aliases=("Action due date", "Action deadline", "措施期限", "措施计划完成日期",
                   "纠正措施期限")),
    Field("action_done_on", _l("Action done on"), kind="date",
          aliases=("Action completed on", "Implemented on", "Date implemented", "Completed on",
                   "措施完成日期", "实际完成日期", "实施日期")),
    Field("action_verified_by", _l("Action verified by"),
          aliases=("Verified by", "Verifier", "验证人", "措施验证人")),
    Field("action_verified_on", _l("Action verified on"), kind="date",
          aliases=("Verified on", "Verification date", "Date verified", "措施验证日期", "验证日期")),
)  # fmt: skip
"""The action that was promised for a finding; its words stand in ``corrective``."""
COLUMNS = (*FIELDS, *ACTION_FIELDS)
LONGEST = {
    "code": 40, "title": 200, "clause": 40, "requirement": 5000, "objective_evidence": 10000, "location": 500,
    "nonconformity": 10000, "correction": 2000, "corrective": 2900, "cause": 10000, "effectiveness": 5000,
}  # fmt: skip
"""Characters that fit into each fact."""
