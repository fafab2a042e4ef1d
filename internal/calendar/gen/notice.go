package main

// names are the holidays a notice may name. English follows the State Council's
// own usage.
var names = []struct{ key, zh, en string }{
	{"new_year", "元旦", "New Year's Day"},
	{"spring", "春节", "Spring Festival"},
	{"qingming", "清明节", "Tomb-Sweeping Day"},
	{"labour", "劳动节", "Labour Day"},
	{"dragon_boat", "端午节", "Dragon Boat Festival"},
	{"mid_autumn", "中秋节", "Mid-Autumn Festival"},
	{"national", "国庆节", "National Day"},
	{"victory", "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日", "70th anniversary of victory in the War of Resistance and the World Anti-Fascist War"},
}

// notices are the yearly notices. The addresses are those chinese-days and
// chinese-workday name in their sources; a number stands here only where a copy
// of the notice bearing it was read, otherwise it is left out and the data say
// "not recorded".
var notices = map[int]struct{ number, url string }{
	2004: {},
	2005: {},
	2006: {"国办发明电〔2005〕35号", "http://www.gov.cn/jrzg/2005-12/22/content_133837.htm"},
	2007: {"国办发明电〔2006〕49号", "http://www.gov.cn/fwxx/sh/2006-12/18/content_471877.htm"},
	2008: {url: "http://www.gov.cn/zwgk/2007-12/18/content_837184.htm"},
	2009: {url: "http://www.gov.cn/zwgk/2008-12/10/content_1174014.htm"},
	2010: {url: "http://www.gov.cn/zwgk/2009-12/08/content_1482691.htm"},
	2011: {url: "http://www.gov.cn/zwgk/2010-12/10/content_1762643.htm"},
	2012: {url: "http://www.gov.cn/zwgk/2011-12/06/content_2012097.htm"},
	2013: {url: "http://www.gov.cn/zwgk/2012-12/10/content_2286598.htm"},
	2014: {url: "http://www.gov.cn/zwgk/2013-12/11/content_2546204.htm"},
	2015: {url: "http://www.gov.cn/zhengce/content/2014-12/16/content_9302.htm"},
	2016: {"国办发明电〔2015〕18号", "http://www.gov.cn/zhengce/content/2015-12/10/content_10394.htm"},
	2017: {url: "http://www.gov.cn/zhengce/content/2016-12/01/content_5141603.htm"},
	2018: {"国办发明电〔2017〕12号", "http://www.gov.cn/zhengce/content/2017-11/30/content_5243579.htm"},
	2019: {"国办发明电〔2018〕15号", "http://www.gov.cn/zhengce/content/2018-12/06/content_5346276.htm"},
	2020: {"国办发明电〔2019〕16号", "http://www.gov.cn/zhengce/content/2019-11/21/content_5454164.htm"},
	2021: {"国办发明电〔2020〕27号", "http://www.gov.cn/zhengce/content/2020-11/25/content_5564127.htm"},
	2022: {"国办发明电〔2021〕11号", "http://www.gov.cn/zhengce/content/2021-10/25/content_5644835.htm"},
	2023: {"国办发明电〔2022〕16号", "http://www.gov.cn/zhengce/content/2022-12/08/content_5730844.htm"},
	2024: {"国办发明电〔2023〕7号", "https://www.gov.cn/zhengce/content/202310/content_6911527.htm"},
	2025: {"国办发明电〔2024〕12号", "https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm"},
	2026: {"国办发明电〔2025〕7号", "https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm"},
}

// dayNotice is the number of a later notice that changed the year's own.
func dayNotice(date, name string) string {
	switch {
	case name == "victory":
		return "国发明电〔2015〕1号"
	case name == "labour" && date[:4] == "2019":
		return "国办发明电〔2019〕3号"
	case date >= "2020-01-31" && date <= "2020-02-02":
		return "国办发明电〔2020〕1号"
	}
	return ""
}

// corrections are days on which the notice read differs from chinese-days 1.5.7.
var corrections = map[string]string{
	// 国办发明电〔2005〕35号 (一): 12月31日(星期六)上班. The package leaves it out.
	"2005-12-31": "New Year's Day,元旦,1",
}
