"""The same fault in other words is found, another fault on the same clause is not; in both languages."""

import pytest

from audit_app.findings.likeness import DEFAULT, ELSEWHERE, likeness, says_enough, tokens

SAME = [
    ("Three of twelve sampled incidents were worked on without a priority.", "In the sample of 20 incidents, four had no priority set."),
    ("Emergency changes were implemented without approval afterwards.", "Two emergency changes lack the approval that must follow implementation."),
    ("The supplier contract review for 2025 was not performed.", "No review of the supplier contracts took place in 2026."),
    ("Access rights of leavers were not removed within one day.", "Five leavers still had their access rights after they had gone."),
    ("The service level report for March was not sent to the customer.", "Customer did not receive the service level reports for April and May."),
    ("Backup restore tests were not carried out as planned.", "Planned restore tests of the backup were missed in the first half of the year."),
    ("Configuration items in the CMDB do not match the installed servers.", "The CMDB does not agree with the servers actually installed."),
    ("Root cause of the major incident was not recorded.", "For two major incidents no root cause is recorded."),
    ("Training records of new service desk staff are missing.", "The service desk cannot show training records for its new employees."),
    ("The continuity plan was not tested last year.", "No test of the service continuity plan was done in 2025."),
    ("Changes were implemented before they were approved.", "Approval of changes came after their implementation."),
    ("抽查的12个事件中有3个未定优先级。", "抽样20条事件单，有4条没有填写优先级。"),
    ("紧急变更实施后没有补办审批手续。", "两项紧急变更实施后未补审批。"),
    ("2025年未开展供应商合同评审。", "今年没有对供应商合同进行评审。"),
    ("离职人员的访问权限未及时注销。", "有5名离职员工的系统访问权限仍未注销。"),
    ("3月份的服务级别报告没有发给客户。", "4月、5月服务级别报告未按时提交客户。"),
    ("备份恢复测试未按计划执行。", "上半年未按计划开展备份恢复测试。"),
    ("配置管理数据库与实际服务器不一致。", "CMDB中的配置项与现场服务器不一致。"),
    ("重大事件的根本原因未记录。", "两起重大事件没有根本原因分析记录。"),
    ("服务台新员工的培训记录缺失。", "未能提供服务台新进人员的培训记录。"),
    ("服务连续性计划去年没有演练。", "2025年未对服务连续性计划进行演练。"),
    ("变更未经批准即实施。", "变更在批准之前就已实施。"),
]  # fmt: skip
OTHER = [
    ("Three of twelve sampled incidents were worked on without a priority.", "Incidents were closed without asking the user whether the service was restored."),
    ("Emergency changes were implemented without approval afterwards.", "The change schedule for May was not published to the customers."),
    ("The supplier contract review for 2025 was not performed.", "The supplier's service targets are not aligned with the SLA of the mail service."),
    ("Access rights of leavers were not removed within one day.", "The password policy does not name a minimum length."),
    ("The service level report for March was not sent to the customer.", "The SLA of the payroll service was changed without the agreement of the customer."),
    ("Backup restore tests were not carried out as planned.", "Availability targets of the mail service are not monitored."),
    ("Configuration items in the CMDB do not match the installed servers.", "No owner is named for configuration items of the network."),
    ("Root cause of the major incident was not recorded.", "The major incident procedure does not say who informs top management."),
    ("Training records of new service desk staff are missing.", "Competence needed for the database administrators has not been determined."),
    ("The continuity plan was not tested last year.", "The continuity plan names a contact who left the company."),
    ("Three of twelve incidents carry no priority.", "Three of twelve changes carry no risk assessment."),
    ("Root cause of the major incident was not recorded.", "Incidents of the night shift are recorded on paper only."),
    ("抽查的12个事件中有3个未定优先级。", "事件关闭前未与用户确认服务已恢复。"),
    ("紧急变更实施后没有补办审批手续。", "5月份变更计划未向客户公布。"),
    ("2025年未开展供应商合同评审。", "供应商的服务目标与邮件服务SLA不一致。"),
    ("离职人员的访问权限未及时注销。", "口令策略未规定最小长度。"),
    ("3月份的服务级别报告没有发给客户。", "工资系统的SLA修改未经客户同意。"),
    ("备份恢复测试未按计划执行。", "邮件服务的可用性目标没有监视。"),
    ("配置管理数据库与实际服务器不一致。", "网络设备的配置项没有指定责任人。"),
    ("重大事件的根本原因未记录。", "重大事件程序没有规定由谁通知最高管理者。"),
    ("服务台新员工的培训记录缺失。", "数据库管理员所需的能力未确定。"),
    ("服务连续性计划去年没有演练。", "连续性计划中的联系人已离职。"),
    ("抽查的12个事件中有3个未定优先级。", "抽查的12项变更中有3项没有风险评估。"),
    ("变更未经批准即实施。", "变更顾问委员会没有会议记录。"),
]  # fmt: skip


def test_the_same_fault_in_other_words_is_found_and_another_fault_on_the_same_clause_is_not() -> None:
    missed = [pair for pair in SAME if likeness(*pair) < DEFAULT]
    wrong = [pair for pair in OTHER if likeness(*pair) >= DEFAULT]
    assert not missed
    assert len(wrong) <= 4, wrong
    assert not [pair for pair in OTHER if likeness(*pair) >= DEFAULT + ELSEWHERE]


@pytest.mark.parametrize("pair", SAME)
def test_likeness_does_not_depend_on_the_order_and_a_text_is_wholly_like_itself(
    pair: tuple[str, str],
) -> None:
    assert likeness(*pair) == likeness(*reversed(pair))
    assert likeness(pair[0], pair[0]) == 100


def test_full_width_letters_capitals_and_punctuation_make_no_difference() -> None:
    assert tokens("ＣＭＤＢ　Servers，不一致！") == tokens("cmdb servers, 不一致")


def test_a_text_that_says_too_little_is_like_nothing() -> None:
    assert not says_enough("The change was not")
    assert likeness("changes", "changes") == 0
    assert likeness("", "") == 0
    assert likeness("的了", "的了") == 0
