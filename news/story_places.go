package news

// placeNames are countries, their peoples, capitals and other places that world
// news is about again and again, and the agencies that it comes from. Two
// articles that share one of these are no more alike for it, however rare the
// word is in the counted table, which was made from American news.
const placeNames = `
	afghanistan afghan kabul albania albanian tirana algeria algerian algiers angola angolan luanda argentina argentine
	argentinian armenia armenian yerevan australia australian canberra sydney melbourne brisbane austria austrian vienna
	azerbaijan azerbaijani baku bahrain bahraini manama bangladesh bangladeshi dhaka belarus belarusian minsk belgium
	belgian brussels benin bolivia bolivian bosnia bosnian sarajevo botswana brazil brazilian brasilia bulgaria
	bulgarian sofia burkina faso burundi cambodia cambodian phnom penh cameroon canada canadian ottawa toronto montreal
	vancouver chad chile chilean santiago china chinese beijing shanghai shenzhen guangzhou wuhan colombia colombian bogota
	congo congolese kinshasa costa rica croatia croatian zagreb cuba cuban havana cyprus cypriot nicosia czech prague denmark
	danish copenhagen dominican ecuador ecuadorian quito egypt egyptian cairo salvador salvadoran eritrea estonia estonian
	tallinn ethiopia ethiopian addis ababa fiji finland finnish helsinki france french paris marseille lyon gabon gambia
	georgia georgian tbilisi germany german berlin munich hamburg frankfurt ghana ghanaian accra greece greek athens
	greenland guatemala guatemalan guinea guyana haiti haitian honduras honduran hong kong hungary hungarian budapest
	iceland icelandic reykjavik india indian delhi mumbai bengaluru kolkata chennai kashmir indonesia indonesian jakarta
	bali iran iranian tehran iraq iraqi baghdad ireland irish dublin belfast israel israeli jerusalem tel aviv gaza rafah
	palestine palestinian italy italian rome milan sicily ivory coast jamaica jamaican japan japanese tokyo osaka kyoto
	jordan jordanian amman kazakhstan kazakh astana kenya kenyan nairobi kosovo kuwait kuwaiti kyrgyzstan laos latvia
	latvian riga lebanon lebanese beirut liberia libya libyan tripoli lithuania lithuanian vilnius luxembourg madagascar
	malawi malaysia malaysian kuala lumpur mali malian bamako malta maltese mauritius mexico mexican moldova moldovan
	mongolia mongolian montenegro morocco moroccan rabat mozambique myanmar burmese yangon namibia nepal nepali kathmandu
	netherlands dutch amsterdam hague zealand wellington auckland nicaragua nicaraguan niger nigeria nigerian abuja lagos
	korea korean pyongyang seoul busan dprk macedonia norway norwegian oslo oman omani muscat pakistan pakistani islamabad
	karachi lahore panama panamanian papua paraguay peru peruvian lima philippines philippine filipino manila poland polish
	warsaw portugal portuguese lisbon qatar qatari doha romania romanian bucharest russia russian moscow kremlin
	petersburg rwanda rwandan kigali samoa saudi arabia riyadh senegal senegalese dakar serbia serbian belgrade sierra leone
	singapore slovakia slovak bratislava slovenia slovenian somalia somali mogadishu africa african johannesburg cape
	pretoria spain spanish madrid barcelona catalonia sri lanka colombo sudan sudanese khartoum darfur suriname sweden
	swedish stockholm switzerland swiss bern zurich geneva syria syrian damascus aleppo taiwan taiwanese taipei tajikistan
	tanzania tanzanian thailand thai bangkok tibet tibetan togo tonga trinidad tunisia tunisian tunis turkey turkish turkiye
	ankara istanbul turkmenistan uganda ugandan kampala ukraine ukrainian kyiv kiev kharkiv odesa odessa donetsk crimea
	emirates emirati dubai abu dhabi britain british uk london england english scotland scottish edinburgh glasgow wales
	welsh cardiff manchester birmingham liverpool uruguay montevideo uzbekistan tashkent venezuela venezuelan caracas vietnam
	vietnamese hanoi yemen yemeni sanaa houthi zambia zimbabwe harare europe european eu asia asian africa latin america
	american atlantic pacific mediterranean baltic balkan caribbean arctic washington york angeles chicago houston boston
	california texas florida miami
	kcna tass xinhua yonhap reuters afp upi interfax ria bloomberg bbc cnn nhk ansa efe dpa kyodo anadolu jazeera`

// leaderNames are the people, institutions and weekdays that news is about every day, for
// the same reason: what they do today is another story than what they did
// yesterday.
const leaderNames = `
	north south leader president minister kim jong un yo putin vladimir lavrov peskov medvedev lukashenko zelensky zelenskyy zelenskiy volodymyr xi jinping modi
	narendra trump donald biden joe harris kamala vance rubio hegseth bessent musk elon obama clinton pelosi mcconnell
	netanyahu benjamin abbas hamas hezbollah khamenei pezeshkian araghchi araqchi erdogan recep tayyip macron emmanuel
	bayrou merz friedrich scholz merkel starmer keir sunak johnson farage reeves lammy meloni giorgia sanchez pedro tusk
	orban viktor fico vucic leyen ursula kallas costa rutte stoltenberg guterres antonio carney mark trudeau justin
	albanese luxon ishiba shigeru kishida lee jae myung yoon suk yeol lai ching te marcos duterte prabowo anwar milei
	javier lula luiz maduro petro gustavo boric sheinbaum claudia ramaphosa cyril tinubu ruto sisi salman mohammed bin
	assad sharaa powell jerome lagarde christine bailey pope francis leo vatican king charles
	kremlin nato un opec imf wto iaea who fifa uefa fed ecb pentagon congress senate parliament
	republican republicans democrat democrats democratic
	monday tuesday wednesday thursday friday saturday sunday`

// placeShare is the part of articles that a place or leader is taken to be in.
const placeShare = 0.02
